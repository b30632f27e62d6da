interface Neighbours {
  readonly newer: string | undefined;
  readonly older: string | undefined;
}

/** The ids before and after this one in the first list that has it; lists are newest first. */
export function neighboursOf(lists: readonly (readonly { readonly id: string }[])[], id: string): Neighbours {
  const list = lists.find((rows) => rows.some((row) => row.id === id)) ?? [];
  const at = list.findIndex((row) => row.id === id);
  return { newer: at > 0 ? list[at - 1]?.id : undefined, older: at < 0 ? undefined : list[at + 1]?.id };
}
