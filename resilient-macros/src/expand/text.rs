//! Code as a person would write it on one line. What tokens print by themselves depends on who made them, and the
//! documentation and the decorator must say the same.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// `retry_if :: < u8 > (& a)` becomes `retry_if::<u8>(&a)`.
pub(super) fn of(code: impl ToTokens) -> String {
    let mut text = Text::default();
    text.write(code.to_token_stream());
    text.line
}

#[derive(Default)]
struct Text {
    line: String,
    /// What stands before the next token.
    before: Before,
    /// How many generic arguments are open.
    generics: u32,
    /// Whether the parameters of a closure are being written.
    closure: bool,
}

/// What the next token follows.
#[derive(Default, Clone, Copy, PartialEq)]
enum Before {
    /// Nothing, or what holds on to the next token: `::`, `.`, `&`, `!`.
    #[default]
    Tight,
    /// A value, or a name.
    Operand,
    /// A word that a value follows: `if`, `match`.
    Word,
    /// An operator, a comma, a colon.
    Operator,
}

impl Text {
    fn write(&mut self, code: TokenStream) {
        let mut tokens = code.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => self.group(group.delimiter(), group.stream()),
                TokenTree::Ident(ident) => self.word(&ident.to_string()),
                TokenTree::Literal(literal) => self.word(&literal.to_string()),
                TokenTree::Punct(punct) => {
                    let mut operator = String::from(punct.as_char());
                    let mut joint = punct.spacing() == Spacing::Joint;
                    while joint && let Some(TokenTree::Punct(next)) = tokens.peek() {
                        if !is_operator(&operator, next.as_char()) {
                            break;
                        }
                        operator.push(next.as_char());
                        joint = next.spacing() == Spacing::Joint;
                        tokens.next();
                    }
                    self.operator(&operator);
                }
            }
        }
    }

    fn word(&mut self, word: &str) {
        const BEFORE_VALUES: [&str; 11] =
            ["if", "else", "match", "return", "in", "mut", "ref", "as", "move", "async", "let"];
        if self.before != Before::Tight {
            self.line.push(' ');
        }
        self.line.push_str(word);
        let is_word = BEFORE_VALUES.contains(&word);
        self.before = if is_word { Before::Word } else { Before::Operand };
    }

    fn group(&mut self, delimiter: Delimiter, inside: TokenStream) {
        let (open, close) = match delimiter {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::Brace if inside.is_empty() => ("{", "}"),
            Delimiter::Brace => ("{ ", " }"),
            Delimiter::None => ("", ""),
        };
        let called = self.before == Before::Operand && delimiter != Delimiter::Brace;
        if self.before != Before::Tight && !called {
            self.line.push(' ');
        }
        self.line.push_str(open);
        let around = std::mem::take(self);
        self.line = around.line;
        self.write(inside);
        self.line.push_str(close);
        (self.before, self.generics, self.closure) =
            (Before::Operand, around.generics, around.closure);
    }

    fn operator(&mut self, operator: &str) {
        let (before, operand) = (self.before, self.before == Before::Operand);
        let generic = operator == "<" && (before == Before::Tight || self.generics > 0);
        let (space, after) = match operator {
            // A `!` is that of a macro, or stands before one value below.
            "::" | "." | ".." | "..=" | "!" if operand => (false, Before::Tight),
            "::" | ".." | "..=" | "'" => (before != Before::Tight, Before::Tight),
            "," | ";" | ":" => (false, Before::Operator),
            "?" => (false, Before::Operand),
            "<" if generic => {
                self.generics += 1;
                (false, Before::Tight)
            }
            ">" if self.generics > 0 => {
                self.generics -= 1;
                (false, Before::Operand)
            }
            "|" if self.closure => {
                self.closure = false;
                (false, Before::Operator)
            }
            "|" if !operand => {
                self.closure = true;
                (before != Before::Tight, Before::Tight)
            }
            "||" if !operand => (before != Before::Tight, Before::Operator),
            // `&league`, `!found`, `*code`, `-1`
            "&" | "&&" | "!" | "*" | "-" if !operand => (before != Before::Tight, Before::Tight),
            _ => (before != Before::Tight, Before::Operator),
        };
        if space {
            self.line.push(' ');
        }
        self.line.push_str(operator);
        self.before = after;
    }
}

/// Whether two characters belong to one operator: not the end of generic arguments and what follows them.
fn is_operator(before: &str, next: char) -> bool {
    const OPERATORS: [&str; 22] = [
        "::", "..", "..=", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=", "/=",
        "%=", "^=", "|=", "&=", "<<", "<<=", "...",
    ];
    let mut operator = before.to_owned();
    operator.push(next);
    OPERATORS.contains(&&*operator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_written_as_a_person_would() {
        for code in [
            "scout_fallback",
            "offline::<Market>",
            "Self::offline",
            "<Http as Prices>::offline",
            "|failure| async move { last_known(failure, &league) }",
            "Fault::Busy { .. }",
            "Fault::Busy { after, .. } | Fault::Down",
            "Fault::Status(code) if *code >= 500 && !is_final(code)",
            "Fault::Status(500..=599 | 429)",
            "Fault::Status(500..)",
            "error if error.kind() == io::ErrorKind::NotFound",
            "self.inner.mirror(&league, -1)?.clone()",
            "[1, 2][0] + a * b - c",
            "format!(\"{host}:{port}\")",
            "if urgent { Priority::High } else { Priority::Low }",
            "Vec::<Vec<u8>>::new()",
            "(league.to_owned(), 'a', a < b, x as u64)",
            "other().await.map(|one| one.name)",
            "Market::default()",
            "&*MIRROR",
        ] {
            let tokens: TokenStream = code.parse().expect("code");
            assert_eq!(of(tokens), code);
        }
    }
}
