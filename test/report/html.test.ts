import { describe, expect, it } from 'vitest';
import { html, trusted } from '../../runtime/report/html.ts';

describe('html', () => {
  it('escapes everything but what is HTML already', () => {
    const name = `<img src=x onerror="alert('1')">&`;
    expect(html`<b title="${name}">${name}</b>`.text).toBe(
      `<b title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;">&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;</b>`,
    );
    expect(html`${html`<i>${'<'}</i>`}${trusted('<hr>')}`.text).toBe('<i>&lt;</i><hr>');
  });

  it('joins lists, leaves out what is absent and keeps numbers', () => {
    expect(html`${['a', html`<i>b</i>`]}${false}${undefined}${0}`.text).toBe('a<i>b</i>0');
  });

  it('makes characters visible that hide or turn text', () => {
    expect(html`${'a\u202egnp.exe\u0000\u001b[31m\nb\tc'}`.text).toBe('a\ufffdgnp.exe\ufffd\ufffd[31m\nb\tc');
  });

  it('takes what is no text at all as text', () => {
    expect(html`${{ toString: () => '<x>' } as unknown as string}`.text).toBe('&lt;x&gt;');
  });
});
