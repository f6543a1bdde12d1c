// Makes elements: attributes by name, functions as listeners, `value` and `checked` as properties.
export function el(tag, given = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === false || value === null) continue
    if (typeof value === 'function') element.addEventListener(name, value)
    else if (name === 'value' || name === 'checked') element[name] = value
    else element.setAttribute(name, value === true ? '' : value)
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

/** An element of a drawing. */
export function svg(tag, given = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(given)) element.setAttribute(name, value)
  element.append(...children)
  return element
}
