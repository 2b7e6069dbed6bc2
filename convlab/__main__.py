"""The command, also as `python -m convlab`: an interrupt ends it quietly, at any time."""

import signal
import sys


def main() -> None:
    """Import the command line, which takes a while, and hand over to it."""
    try:
        from .cli import main as command

        command()
    except KeyboardInterrupt:
        sys.stderr.write("convlab: interrupted\n")
        raise SystemExit(130) from None
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done: only the interpreter ends


if __name__ == "__main__":
    main()
