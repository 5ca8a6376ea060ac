export interface Numbered<Item> {
  readonly key: string;
  readonly item: Item;
}

/** Items with keys of their own, for lists in which the same may come twice: a model tried again, two keys of one name. */
export function numbered<Item>(items: readonly Item[]): readonly Numbered<Item>[] {
  return items.map((item, index) => ({ key: String(index), item }));
}
