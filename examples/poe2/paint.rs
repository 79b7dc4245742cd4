use std::io::IsTerminal;

/// Colours for a terminal, and none for anything else.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    colours: bool,
}

macro_rules! colours {
    ($( $name:ident = $code:literal; )+) => {
        $(
            #[doc = concat!("The text in ", stringify!($name), ".")]
            pub(crate) fn $name(self, text: &str) -> String {
                if self.colours { format!("\x1b[{}m{text}\x1b[0m", $code) } else { text.to_owned() }
            }
        )+
    };
}

impl Paint {
    /// Colours where standard output is a terminal and the user does not mind (<https://no-color.org>).
    pub(crate) fn for_stdout() -> Self {
        let minds = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { colours: !minds && std::io::stdout().is_terminal() }
    }

    colours! {
        bold = "1";
        dim = "2";
        red = "31";
        green = "32";
        yellow = "33";
        blue = "34";
        magenta = "35";
        cyan = "36";
    }
}
