//! The smallest PNG writer: stored, not compressed. For the heat maps inside an SVG.

/// Bytes of a stored block of a deflate stream.
const BLOCK: usize = 0xffff;

/// A PNG of `width * height` pixels of four bytes each (red, green, blue, opacity).
///
/// # Panics
/// If there are fewer bytes than that.
pub(crate) fn encode(rgba: &[u8], width: usize, height: usize) -> Vec<u8> {
    let mut header = Vec::with_capacity(13);
    header.extend((width as u32).to_be_bytes());
    header.extend((height as u32).to_be_bytes());
    // Eight bits a channel, four channels, no interlacing.
    header.extend([8, 6, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, *b"IHDR", &header);
    chunk(&mut png, *b"IDAT", &zlib(&filtered(rgba, width, height)));
    chunk(&mut png, *b"IEND", &[]);
    png
}

/// The rows, each after the byte that says it is not filtered.
fn filtered(rgba: &[u8], width: usize, height: usize) -> Vec<u8> {
    let row = |y: usize| &rgba[4 * y * width..4 * (y + 1) * width];
    (0..height)
        .flat_map(|y| std::iter::once(0).chain(row(y).iter().copied()))
        .collect()
}

/// A zlib stream of stored blocks.
fn zlib(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let last = data.chunks(BLOCK).len().saturating_sub(1);
    for (i, block) in data.chunks(BLOCK).enumerate() {
        let length = block.len() as u16;
        stream.push(u8::from(i == last));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend(adler32(data).to_be_bytes());
    stream
}

fn chunk(png: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    png.extend((data.len() as u32).to_be_bytes());
    let start = png.len();
    png.extend(kind);
    png.extend(data);
    let sum = crc32(&png[start..]);
    png.extend(sum.to_be_bytes());
}

fn adler32(data: &[u8]) -> u32 {
    let (mut a, mut b) = (1u32, 0u32);
    for &byte in data {
        a = (a + u32::from(byte)) % 65521;
        b = (b + a) % 65521;
    }
    b << 16 | a
}

fn crc32(data: &[u8]) -> u32 {
    let mut crc = !0u32;
    for &byte in data {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

/// Bytes as text (RFC 4648, with padding).
pub(crate) fn base64(data: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(data.len().div_ceil(3) * 4);
    for group in data.chunks(3) {
        let byte = |i: usize| u32::from(group.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * i) & 63) as usize];
            text.push(if i <= group.len() { digit.into() } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_agree_with_published_check_values() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn base64_agrees_with_the_rfc() {
        for (data, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(data.as_bytes()), text);
        }
    }

    #[test]
    fn a_large_picture_takes_several_blocks() {
        let (width, height) = (200, 200);
        let png = encode(&vec![7; 4 * width * height], width, height);
        let data = height * (1 + 4 * width);
        let blocks = data.div_ceil(BLOCK);
        assert_eq!(png.len(), 8 + 3 * 12 + 13 + 2 + 4 + data + 5 * blocks);
        assert_eq!(&png[png.len() - 4..], &0xae42_6082u32.to_be_bytes());
    }
}
