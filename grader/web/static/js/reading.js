/* How a typed text is read as a number: the grammar's patterns and words come from the page, as the server has
   them. It knows the text and nothing else, so it can't tell whether an answer is right. */
globalThis.readerOf = (grammar) => {
  "use strict";
  const pattern = (source, flags = "u") => new RegExp(source, flags);
  const space = pattern(grammar.space, "gu");
  const surrounding = pattern(`^${grammar.space}+|${grammar.space}+$`, "gu");
  const percent = pattern(`${grammar.space}*[%％]$`);
  const number = pattern(grammar.number);
  const begun = pattern(grammar.begun);
  const thousands = pattern(grammar.thousands);
  const dashes = pattern(grammar.dashes, "gu");
  const ordinary = pattern(grammar.ordinary);
  const invisible = pattern(grammar.invisible);
  const length = (text) => [...text].length;

  function literal(typed) {
    const match = length(typed) <= grammar.longest ? number.exec(typed) : null;
    return match && (match[1] ? "-" : "") + match[2];
  }

  /* The digits without leading zeros, and the power of ten of the last one; nothing is rounded. */
  function exact(plain) {
    const [, sign, whole, fraction = "", power = "0"] = /^(-?)([0-9]*)(?:\.([0-9]*))?(?:[eE](.+))?$/.exec(plain);
    const digits = (whole + fraction).replace(/^0+/, "");
    return { sign: digits && sign, digits, power: Number(power) - fraction.length };
  }

  const adjusted = (value) => value.digits.length - 1 + value.power;
  const tooBig = (value) => value.digits !== "" && (adjusted(value) > grammar.largest
    || (adjusted(value) === grammar.largest && !/^10*$/.test(value.digits)));
  const tooSmall = (value) => value.digits !== "" && adjusted(value) < grammar.smallest;

  function parse(typed) {
    const plain = literal(typed);
    const value = plain === null ? null : exact(plain);
    return value && !tooBig(value) && !tooSmall(value) ? value : null;
  }

  function spelled({ sign, digits, power }) {
    if (!digits) return "0";
    if (power >= 0) return sign + digits + "0".repeat(power);
    const padded = digits.padStart(1 - power, "0");
    return `${sign}${padded.slice(0, power)}.${padded.slice(power)}`;
  }

  const invisibleIn = (typed) => [...typed].some((character) => invisible.test(character));
  const questions = {
    too_long: (typed) => length(typed) > grammar.longest,
    invisible_character: invisibleIn,
    inner_space: (typed) => parse(typed.replace(space, "")) !== null,
    too_big: (typed) => literal(typed) !== null && tooBig(exact(literal(typed))),
    too_small: (typed) => literal(typed) !== null,
  };
  const symptoms = grammar.symptoms.map(([reason, source]) => {
    const sign = source === null ? null : pattern(source);
    return [reason, sign ? (typed) => sign.test(typed) : questions[reason]];
  });

  const culprits = {
    invisible_character: (character) => invisible.test(character),
    other_symbol: (character) => !ordinary.test(character),
  };

  function named(reason, text, typed) {
    const characters = [...typed];
    const place = Math.max(characters.findIndex(culprits[reason]), 0);
    const code = characters[place].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    const before = length(text) - length(text.replace(pattern(`^${grammar.space}+`), ""));
    const name = grammar.names[code] ? `${grammar.names[code]}, ` : "";
    return `Character ${before + place + 1} (${name}U+${code}) ${grammar.advice[reason]}`;
  }

  /* The digits of every script stand in runs from zero to nine. */
  function plainDigit(character) {
    const digit = /\p{Nd}/u;
    if (!digit.test(character)) return character;
    let run = 0;
    while (digit.test(String.fromCodePoint(character.codePointAt(0) - run - 1))) run += 1;
    return String(run % 10);
  }

  function asDecimal(typed) {
    const value = parse(typed.replace(percent, ""));
    if (value === null) return [];
    const text = spelled({ ...value, power: value.power - 2 });
    return [text.includes(".") ? text.replace(/\.?0+$/, "") : text];
  }

  function withoutCommas(typed) {
    const plain = typed.replaceAll("，", ",");
    const parted = thousands.test(plain) ? [plain.replaceAll(",", "")] : [];
    return [plain.replaceAll(",", "."), ...parted];
  }

  const menders = {
    inner_space: (typed) => [typed.replace(space, "")],
    percent: asDecimal,
    bad_exponent: (typed) => [typed.replace(dashes, "-")],
    foreign_digits: (typed) => [[...typed].map(plainDigit).join("").replaceAll("．", ".")],
    underscore: (typed) => [typed.replaceAll("_", "")],
    comma: withoutCommas,
    other_symbol: (typed) => [typed.replace(dashes, "-")],
  };

  function unreadable(text, typed) {
    const reason = symptoms.find(([, shows]) => shows(typed))?.[0] ?? "other_symbol";
    const said = culprits[reason] ? named(reason, text, typed) : grammar.advice[reason];
    const examples = (menders[reason]?.(typed) ?? []).filter((each) => parse(each) !== null).map(literal);
    const message = said + (examples.length ? `: ${examples.join(", or leave it out: ")}` : ".");
    return { reason, message, begun: begun.test(typed) };
  }

  const inWords = (count) => grammar.numbers[count] ?? String(count);

  /* What a text is read as: a number with its decimals as typed, or a reason and a message. */
  return (text, asked) => {
    const typed = length(text) <= grammar.longestRaw ? text.replace(surrounding, "") : text;
    const value = parse(typed);
    if (value === null) return unreadable(text, typed);
    const decimals = Math.max(0, -value.power);
    const said = `${inWords(decimals)} decimal${decimals === 1 ? "" : "s"}`;
    const warns = decimals < asked;
    return { read: spelled(value), warns, decimals: warns ? `${said}; ${inWords(asked)} ${asked === 1 ? "is" : "are"} asked` : said };
  };
};
