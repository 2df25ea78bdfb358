function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + membersOf(item), 0);
  const held = Object.values(value);
  return held.reduce<number>((sum, item) => sum + membersOf(item), held.length);
}

/**
 * Whether an object in the JSON `text`, which reads as `value`, names a member twice: of those JSON.parse keeps the last,
 * other readers the first, so the text would not say one thing (case 55). Each member has one colon outside of strings.
 */
export function hasRepeatedMembers(text: string, value: unknown): boolean {
  let written = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charCodeAt(i);
    if (char === 0x5c) i += 1;
    else if (char === 0x22) inString = !inString;
    else if (char === 0x3a && !inString) written += 1;
  }
  return written !== membersOf(value);
}
