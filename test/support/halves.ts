/** Two pieces that never cut a surrogate pair; nothing for no text. */
export function halves(text: string): string[] {
  const letters = Array.from(text);
  const middle = Math.ceil(letters.length / 2);
  return [letters.slice(0, middle).join(''), letters.slice(middle).join('')].filter(
    (piece) => piece !== '',
  );
}
