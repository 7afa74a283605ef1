//! The commands that bots know: a row each. Help is made of the table, so that it cannot forget one.

use kernel::Locale;

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandAction {
    /// Links the chat by the code that follows.
    Start,
    /// Lists the commands.
    Help,
    /// Lets the chat go.
    Unlink,
}

/// One command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// Without the slash: 1 to 32 of `a-z`, `0-9` and `_`.
    pub name: &'static str,
    /// What it does.
    pub action: CommandAction,
    english: &'static str,
    indonesian: &'static str,
}

/// All commands, in the order of the help.
pub const COMMANDS: [Command; 3] = [
    Command {
        name: "start",
        action: CommandAction::Start,
        english: "link this chat (open the link in your account)",
        indonesian: "hubungkan chat ini (buka tautan di akun Anda)",
    },
    Command {
        name: "unlink",
        action: CommandAction::Unlink,
        english: "stop messages to this chat",
        indonesian: "hentikan pesan ke chat ini",
    },
    Command {
        name: "help",
        action: CommandAction::Help,
        english: "show the commands",
        indonesian: "tampilkan daftar perintah",
    },
];

impl Command {
    /// The command of this name.
    pub fn find(name: &str) -> Option<Self> {
        COMMANDS.into_iter().find(|command| command.name == name)
    }

    /// What it does, in a few words.
    pub const fn description(&self, language: Locale) -> &'static str {
        match language {
            Locale::En => self.english,
            Locale::Id => self.indonesian,
        }
    }
}

/// What the bot can do; plain text.
pub fn help(language: Locale) -> String {
    let title = match language {
        Locale::En => "What I understand:",
        Locale::Id => "Perintah yang saya kenal:",
    };
    let rows = COMMANDS.map(|command| format!("/{} - {}", command.name, command.description(language)));
    format!("{title}\n{}", rows.join("\n"))
}

/// How a chat is linked that is not; plain text.
pub fn how_to_link(language: Locale, tenant: &str) -> String {
    match language {
        Locale::En => format!("To get messages here, open the Telegram link in your account with {tenant}."),
        Locale::Id => format!("Untuk menerima pesan di sini, buka tautan Telegram dari akun Anda di {tenant}."),
    }
}

/// The chat is linked; plain text.
pub const fn linked(language: Locale) -> &'static str {
    match language {
        Locale::En => "This chat is now linked to your account. Send /unlink to stop.",
        Locale::Id => "Chat ini sekarang terhubung dengan akun Anda. Kirim /unlink untuk berhenti.",
    }
}

/// The chat could not be linked; plain text.
pub const fn not_linked(language: Locale) -> &'static str {
    match language {
        Locale::En => "This code no longer works. Ask for a new link in your account.",
        Locale::Id => "Kode ini sudah tidak berlaku. Minta tautan baru di akun Anda.",
    }
}

/// The chat was let go; plain text.
pub const fn unlinked(language: Locale) -> &'static str {
    match language {
        Locale::En => "This chat is no longer linked.",
        Locale::Id => "Chat ini tidak lagi terhubung.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_one_that_telegram_takes() {
        for command in COMMANDS {
            assert_eq!(Command::find(command.name), Some(command), "a name stands twice");
            assert!((1..=32).contains(&command.name.len()));
            assert!(command.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
            for language in Locale::ALL {
                assert!((1..=256).contains(&command.description(language).len()));
                assert!(help(language).contains(&format!("/{} ", command.name)));
            }
        }
        assert_eq!(Command::find("topup"), None);
    }
}
