/** A function that keeps its last answer, for questions that come in groups of the same. */
export function rememberingLast<From, To>(convert: (from: From) => To): (from: From) => To {
  let last: { readonly from: From; readonly to: To } | undefined;
  return (from) => {
    if (last === undefined || from !== last.from) last = { from, to: convert(from) };
    return last.to;
  };
}
