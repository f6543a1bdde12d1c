// PURE. Digits of other scripts.

/** The text with every decimal digit of Unicode (Arabic-Indic, Devanagari …) as 0 to 9: each script has its ten in a row. */
export const asciiDigits = (text: string): string =>
  text.replace(/\p{Nd}/gu, (digit) => {
    const at = digit.codePointAt(0)!
    let zero = at
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && at - zero < 9) zero -= 1
    return String(at - zero)
  })
