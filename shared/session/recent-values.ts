/** A small cache that forgets what was not asked for longest. */
export interface RecentValues<Value> {
  get(key: string, make: () => Value): Value;
  has(key: string): boolean;
  clear(): void;
}

export function rememberRecent<Value>(most: number): RecentValues<Value> {
  const values = new Map<string, Value>(); // in the order of last use
  return {
    get(key, make) {
      const value = values.get(key) ?? make();
      values.delete(key);
      values.set(key, value);
      for (const oldest of values.keys()) {
        if (values.size <= most) break;
        values.delete(oldest);
      }
      return value;
    },
    has: (key) => values.has(key),
    clear: () => values.clear(),
  };
}
