/** Decodes UTF-8 that comes in pieces, cut anywhere, without the byte order mark that may stand in front. */
export function utf8Decoder(): (piece: Uint8Array) => string {
  // Nothing is left open behind an ASCII character, so that most pieces stand for themselves. For those, Node has a much
  // faster way than for a decoder that was ever asked to wait for the rest of a character.
  const whole = new TextDecoder("utf-8", { ignoreBOM: true });
  let open: TextDecoder | undefined = new TextDecoder();
  return (piece) => {
    if (!piece.length) return "";
    const isOpen = piece[piece.length - 1]! > 127;
    if (!open && !isOpen) return whole.decode(piece);
    open ??= new TextDecoder("utf-8", { ignoreBOM: true });
    const text = open.decode(piece, { stream: isOpen });
    if (!isOpen) open = undefined;
    return text;
  };
}
