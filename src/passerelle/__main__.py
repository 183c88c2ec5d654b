from passerelle.config.cli import main

main(prog_name="passerelle")
