"""The command line: groups that load a command's module only when it is asked for.

So ``tradefold --help`` knows every command by one line of a table, and imports nothing heavy.
"""

import gc
import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any, NoReturn

try:
    import click

    from commands.envelope import guard, leave_quietly
except KeyboardInterrupt:  # Ctrl-C in the first moments, when there is no guard yet
    told = "stopped by Ctrl-C; nothing was written"
    if "--json" in sys.argv:
        fault = f'{{"code": "interrupted", "message": "{told}"}}'
        sys.stdout.write(f'{{"ok": false, "data": null, "error": {fault}}}\n')
    sys.stderr.write(f"error: {told}\n")
    sys.exit(130)

Table = Mapping[str, tuple[str, str]]
"""Name of a command to where it is (``module:attribute``) and its one line of help."""

JOURNAL: Table = {
    "show": ("commands.journal:show", "What a journal holds: its run, its terms, its origin."),
    "tail": ("commands.journal:tail", "The last frames, in words."),
    "export": ("commands.journal:export", "Frames as JSON lines, for other programs."),
    "bundle": ("commands.bundle:command", "One archive that replays elsewhere."),
    "rebuild": ("commands.journal:rebuild", "Fold the tables anew from the frames."),
}
CONFIG: Table = {
    "explain": ("commands.config:explain", "Every setting, its value, and where it is from."),
}
EXCHANGE: Table = {
    "serve": ("commands.exchange:serve", "A local exchange that speaks Bybit's V5 API."),
}
COMMANDS: Table = {
    "demo": ("commands.demo:command", "A whole run without keys or network, explained."),
    "new": ("commands.new:command", "A strategy of your own, with its test."),
    "backtest": ("commands.backtest:command", "Run a configuration over candles."),
    "replay": ("commands.replay:command", "Rebuild the state from a journal."),
    "verify": ("commands.verify:command", "Prove a journal: chain, refold, re-decide, tables."),
    "explain": ("commands.explain:command", "Why this order, and why not that one."),
    "report": ("commands.report:command", "A run as a page, and as files beside it."),
    "what-if": ("commands.what_if:command", "The same market under other settings."),
    "diff": ("commands.diff:command", "Where two runs part, and what that came to."),
    "incidents": ("commands.incidents:command", "What needed a person's eye."),
    "journal": ("cli:journal", "Look into a journal: show, tail, export, bundle, rebuild."),
    "exchange": ("cli:exchange", "The simulated exchange as a server of its own."),
    "config": ("cli:config", "Where a setting comes from."),
}


class LazyGroup(click.Group):
    """A group whose commands are named in a table and imported when they are invoked."""

    def __init__(self, name: str, table: Table, text: str) -> None:
        super().__init__(name, help=text, context_settings={"max_content_width": 100})
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        del ctx
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module and hand it out."""
        del ctx
        if cmd_name not in self.table:
            return None
        place, _, attribute = self.table[cmd_name][0].partition(":")
        module = sys.modules[__name__] if place == "cli" else _load(place)
        found: click.Command = getattr(module, attribute)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in ``--help``, from the table alone."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.table.items()])


class Program(LazyGroup):
    """The top group: every error of every command ends here, as a sentence and an exit code."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> NoReturn:
        """Run the command that ``args`` name and exit with its code."""
        del standalone_mode
        words = list(sys.argv[1:] if args is None else args)

        def work() -> object:
            return super(Program, self).main(
                args=words,
                prog_name=prog_name or "tradefold",
                complete_var=complete_var,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **extra,
            )

        sys.exit(guard(words, work))

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a reader of its output who has gone away is no error."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            return leave_quietly()


def _load(place: str) -> ModuleType:
    """Import a module while the garbage collector rests: it would look through all that is loaded
    a dozen times and find nothing, because what a program is made of never becomes garbage.
    """
    if place in sys.modules or not gc.isenabled():
        return importlib.import_module(place)
    gc.disable()
    try:
        return importlib.import_module(place)
    finally:
        gc.freeze()
        gc.enable()


def _of_session(command: str) -> Callable[..., int]:
    """What ``verify`` and ``journal`` do with the journal of a session of the exchange's server."""
    found: Callable[..., int] = getattr(_load("commands.session"), command)
    return found


def _print_version(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    del parameter
    if not wanted or ctx.resilient_parsing:
        return
    provenance = _load("replays.provenance")
    click.echo(f"tradefold {provenance.code_version()}")
    ctx.exit()


main = Program(
    "tradefold",
    COMMANDS,
    """A deterministic trading engine that can prove what it did.

    Begin with `tradefold demo`: it needs no keys and no network. Every command has --help with an
    example, and --json for programs. Exit codes: 0 done, 1 the answer is no, 2 wrong usage or
    input, 3 the disk or the network failed, 4 a broken invariant, 130 stopped by Ctrl-C.""",
)
main.context_settings["obj"] = _of_session
main.params.append(
    click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_print_version,
        help="Print the version and exit.",
    )
)
journal = LazyGroup("journal", JOURNAL, "Look into a journal.")
exchange = LazyGroup("exchange", EXCHANGE, "The simulated exchange as a server of its own.")
config = LazyGroup("config", CONFIG, "Where a setting comes from.")

if __name__ == "__main__":
    main()
