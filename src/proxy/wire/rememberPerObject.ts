/**
 * The same function, which works each object out only once, and forgets it when nobody else has the object any more. For
 * functions of nothing but the object, which never changes.
 */
export function rememberPerObject<Source extends object, Value>(
  make: (source: Source) => Value,
): (source: Source) => Value {
  const made = new WeakMap<Source, { readonly value: Value }>();
  return (source) => {
    const known = made.get(source);
    if (known !== undefined) return known.value;
    const value = make(source);
    made.set(source, { value });
    return value;
  };
}

/** The same for a function that needs something else as well: the last result counts while `key` stays. */
export function rememberPerObjectAndKey<Source extends object, Value>(): (
  source: Source,
  key: string,
  make: () => Value,
) => Value {
  const made = new WeakMap<Source, { readonly key: string; readonly value: Value }>();
  return (source, key, make) => {
    const known = made.get(source);
    if (known?.key === key) return known.value;
    const value = make();
    made.set(source, { key, value });
    return value;
  };
}
