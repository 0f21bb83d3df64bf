//! The text of shader files without what only their readers need: comments and indentation, a quarter of what a player
//! would load of them. The compiler takes them out. Lines keep their numbers, so that a driver's messages are true.

/// A shader file of `assets/shaders` as text.
#[cfg(target_arch = "wasm32")]
macro_rules! shader_text {
    ($name:expr) => {{
        const FILE: &[u8] = include_bytes!(concat!("../../../../assets/shaders/", $name, ".glsl"));
        const BARE: ([u8; FILE.len()], usize) = $crate::render::shader_text::bare(FILE);
        static TEXT: [u8; BARE.1] = *BARE.0.first_chunk().expect("it only gets shorter");
        match str::from_utf8(&TEXT) {
            Ok(text) => text,
            Err(_) => panic!("shader files are UTF-8"),
        }
    }};
}
#[cfg(target_arch = "wasm32")]
pub(super) use shader_text;

/// A file without comments, indentation and spaces at the ends of lines, and the length of that.
pub const fn bare<const N: usize>(file: &[u8]) -> ([u8; N], usize) {
    let (mut text, mut len) = ([0; N], 0);
    let mut at = 0;
    while at < file.len() {
        if file[at] == b'/' && at + 1 < file.len() && file[at + 1] == b'/' {
            while at < file.len() && file[at] != b'\n' {
                at += 1;
            }
            continue;
        }
        if file[at] == b'\n' {
            while len > 0 && text[len - 1] == b' ' {
                len -= 1;
            }
        }
        let is_indentation = file[at] == b' ' && (len == 0 || text[len - 1] == b'\n');
        if !is_indentation {
            text[len] = file[at];
            len += 1;
        }
        at += 1;
    }
    (text, len)
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn comments_and_indentation_go_and_lines_keep_their_numbers() {
        let file = b"// What it is.\nvoid main() {\n    a /= 2.0;  // Half.\n\n    // And:\n    b = c / d;\n}\n";
        let (text, len) = bare::<100>(file);
        let text = str::from_utf8(&text[..len]).unwrap();
        assert_eq!(text, "\nvoid main() {\na /= 2.0;\n\n\nb = c / d;\n}\n");
    }
}
