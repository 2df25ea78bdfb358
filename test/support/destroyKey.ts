interface Told {
  status: number;
  json: ReturnType<typeof JSON.parse>;
}

/** Destroys a key in its two steps, `path` being the key's; the answer to the second, or to the first where that is refused. */
export async function destroyKey<T extends Told>(
  post: (path: string, body: object) => Promise<T>,
  path: string,
): Promise<T> {
  const asked = await post(`${path}/destroy`, { reason: 'No longer needed' });
  if (asked.status !== 201) return asked;
  return post(`${path}/destroy/confirm`, { destructionId: asked.json.destructionId });
}
