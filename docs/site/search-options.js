// What is searched, and how: read when the index is made and when it is asked.
export const INDEXED = {
  fields: ['heading', 'title', 'text'],
  storeFields: ['title', 'heading', 'text'],
  searchOptions: { prefix: true, fuzzy: 0.15, combineWith: 'AND', boost: { heading: 4, title: 2 } },
}
