"""`python -m convlab` is `convlab`."""

from .cli import main

if __name__ == "__main__":
    main()
