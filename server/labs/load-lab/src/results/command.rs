//! The command line of this run.

/// The command line that repeats this run, without paths of this machine.
pub fn command() -> String {
    command_of(std::env::args().skip(1))
}

fn command_of(arguments: impl Iterator<Item = String>) -> String {
    let mut command = "cargo run --release -p driftfield-load-lab".to_owned();
    let mut separator = " -- ";
    let mut is_folder = false;
    for argument in arguments {
        let was_folder = std::mem::replace(&mut is_folder, FOLDERS.contains(&argument.as_str()));
        if was_folder
            || is_folder
            || FOLDERS.iter().any(|flag| argument.starts_with(&format!("{flag}=")))
        {
            continue;
        }
        command.push_str(separator);
        command.push_str(&argument);
        separator = " ";
    }
    command
}

/// Flags whose value is a folder.
const FOLDERS: [&str; 2] = ["--out", "--bin-dir"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_names_no_folder_of_this_machine() {
        let command = |text: &str| command_of(text.split_whitespace().map(str::to_owned));
        assert_eq!(command(""), "cargo run --release -p driftfield-load-lab");
        assert_eq!(
            command("--counts 100 --out /home/ada/x --seconds 8 --bin-dir=/opt/bin"),
            "cargo run --release -p driftfield-load-lab -- --counts 100 --seconds 8"
        );
        assert_eq!(
            command("hell --bin-dir x"),
            "cargo run --release -p driftfield-load-lab -- hell"
        );
    }
}
