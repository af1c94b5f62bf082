// What tests ask of a page of Chromium: plain JavaScript, since it runs there, and not in Node.

const all = (selector) => [...document.querySelectorAll(selector)];
const area = (name, { left, top, right, bottom }) => ({ name, left, top, right, bottom });
const areas = (selector, nameOf) =>
  all(selector).map((found) => area(nameOf(found), found.getBoundingClientRect()));
const stateOf = (found) => found.closest('.state')?.id ?? found.id.replace(/\.\.title$/, '');
const edgeOf = (found) => found.closest('.label').id.replace(/\.\.label$/, '..edge');

/** The straight parts of the path of an edge. */
function linesOf(path) {
  const found = [...path.getAttribute('d').matchAll(/[ML](\S+) ([^ML]+)/g)];
  const points = found.map(([, x, y]) => ({ x: Number(x), y: Number(y) }));
  return points.slice(1).map(({ x, y }, index) => {
    const from = points[index];
    return area(path.parentElement.id, {
      left: Math.min(x, from.x),
      right: Math.max(x, from.x),
      top: Math.min(y, from.y),
      bottom: Math.max(y, from.y),
    });
  });
}

globalThis.inPage = {
  show(markup) {
    document.body.innerHTML = markup;
  },

  measure: () => ({
    picture: area('picture', document.querySelector('svg').getBoundingClientRect()),
    boxes: areas('.state > rect:first-of-type', (rect) => rect.parentElement.id),
    words: areas('.state text', stateOf),
    titles: areas('.framed', stateOf),
    labels: areas('.label text', edgeOf),
    plates: areas('.label > rect', edgeOf),
    lines: all('.edge path').flatMap(linesOf),
    smallest: Math.min(...all('text').map((text) => Number.parseFloat(getComputedStyle(text).fontSize))),
  }),

  ids: () => all('svg, svg [id]').map(({ id }) => id),
  text: () =>
    all('text')
      .map(({ textContent }) => textContent)
      .join(''),
  markedIds: () => all('.marked').map(({ id }) => id),
  paper: () => getComputedStyle(document.querySelector('.paper')).fill,

  /** What could do more than be looked at. */
  active: () =>
    all('svg, svg *').flatMap((element) => [
      ...(/^(script|foreignObject|image|a|use|iframe)$/i.test(element.tagName) ? [element.tagName] : []),
      ...element.getAttributeNames().filter((name) => /^on|href/i.test(name)),
    ]),

  /** The words of the picture that Mermaid makes. It rejects what it does not understand. */
  async mermaid(chart) {
    const { svg } = await globalThis.mermaid.render('chart', chart);
    document.body.innerHTML = svg;
    return document.body.textContent;
  },

  /** What an XML document says, or why it is none. */
  xml(text) {
    const parsed = new DOMParser().parseFromString(text, 'application/xml');
    const states = [...parsed.querySelectorAll('state, parallel, final, history')];
    return {
      error: parsed.querySelector('parsererror')?.textContent,
      names: states.map((state) => state.getAttribute('chart:name')).filter((name) => name !== null),
    };
  },
};
