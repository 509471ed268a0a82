/** SVG text that was made by {@link element} or {@link text}; anything else must not be put into a document. */
export interface Svg {
  readonly svg: string;
}

export type Attributes = Readonly<Record<string, string | number>>;

export function element(name: string, attributes: Attributes, children: readonly Svg[] = []): Svg {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${escape(attributeText(value))}"`,
  );
  const inner = children.map(({ svg }) => svg).join('\n');
  return {
    svg: inner === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${inner}</${name}>`,
  };
}

/** A line of text; its base line is at `y`. */
export function text(content: string, attributes: Attributes): Svg {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${escape(attributeText(value))}"`,
  );
  return { svg: `<text${written.join('')}>${escape(content)}</text>` };
}

/** A whole document on white, with the texts in it set in `fontSize`. */
export function svgDocument(
  size: { readonly width: number; readonly height: number },
  children: readonly Svg[],
): string {
  const { width, height } = size;
  const root = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      'font-family': 'Helvetica, Arial, "DejaVu Sans", sans-serif',
      'font-size': 13,
      fill: '#222222',
    },
    [element('rect', { width, height, fill: '#ffffff' }), ...children],
  );
  return `${root.svg}\n`;
}

/** A tenth of a pixel is enough, and keeps the file small. */
function attributeText(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 10) / 10) : value;
}

function escape(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
