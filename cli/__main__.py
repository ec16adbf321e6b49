"""`promptpilot <command>`."""

import typer

from cli.commands import doctor, down, migrate, prompts, run, status, tenant, up

app = typer.Typer(
    name="promptpilot",
    help="Start, look after and use a PromptPilot stack.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("up")(up.up)
app.command("down")(down.down)
app.command("status")(status.status)
app.command("doctor")(doctor.doctor)
app.command("migrate")(migrate.migrate)
app.command("run")(run.run)
app.add_typer(prompts.app, name="prompts")
app.add_typer(tenant.app, name="tenant")


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
