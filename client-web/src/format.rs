//! Figures as players read them.

/// A whole number with thin spaces between thousands.
pub fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// Bytes per second.
pub fn byte_rate(bytes_per_second: f64) -> String {
    match bytes_per_second {
        rate if rate < 1_000.0 => format!("{rate:.0} B/s"),
        rate if rate < 1_000_000.0 => format!("{:.1} kB/s", rate / 1_000.0),
        rate => format!("{:.1} MB/s", rate / 1_000_000.0),
    }
}

/// Bits per second.
pub fn bit_rate(bits_per_second: f64) -> String {
    match bits_per_second {
        rate if rate < 1_000.0 => format!("{rate:.0} bit/s"),
        rate if rate < 1_000_000.0 => format!("{:.1} kbit/s", rate / 1_000.0),
        rate => format!("{:.1} Mbit/s", rate / 1_000_000.0),
    }
}

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Sixteen bytes from hexadecimal, `None` if it is anything else.
pub fn unhex(text: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    // `from_str_radix` would take a sign.
    if text.len() != 32 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// The room that a location's hash names: `#room=ID`, percent-encoded as the browser leaves it.
pub fn room_of_hash(hash: &str) -> Option<&str> {
    let fields = hash.strip_prefix('#')?;
    fields.split('&').find_map(|field| field.strip_prefix("room=")).filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
    }

    #[test]
    fn rates_keep_three_figures() {
        assert_eq!(byte_rate(870.4), "870 B/s");
        assert_eq!(byte_rate(2_345.0), "2.3 kB/s");
        assert_eq!(byte_rate(1_250_000.0), "1.2 MB/s");
        assert_eq!(bit_rate(870.4), "870 bit/s");
        assert_eq!(bit_rate(64_000.0), "64.0 kbit/s");
        assert_eq!(bit_rate(2_150_000.0), "2.1 Mbit/s");
    }

    #[test]
    fn hexadecimal_goes_there_and_back_and_takes_nothing_else() {
        let bytes: [u8; 16] = std::array::from_fn(|index| index as u8 * 17);
        assert_eq!(unhex(&hex(&bytes)), Some(bytes));
        for text in ["", "00", "zz", &"g".repeat(32), &"é".repeat(16), &"+1".repeat(16)] {
            assert_eq!(unhex(text), None, "{text}");
        }
    }

    #[test]
    fn the_room_stands_in_the_hash() {
        assert_eq!(room_of_hash("#room=frontier"), Some("frontier"));
        assert_eq!(room_of_hash("#x=1&room=a-b"), Some("a-b"));
        for hash in ["", "#", "#room=", "#frontier", "room=frontier"] {
            assert_eq!(room_of_hash(hash), None);
        }
    }
}
