import { readFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import type { Measured } from './geometry.ts';

/** What the page can be asked: see `in-page.js`. */
export interface Answers {
  measure(): Measured;
  ids(): readonly string[];
  text(): string;
  markedIds(): readonly string[];
  paper(): string;
  active(): readonly string[];
  mermaid(chart: string): string;
  xml(text: string): { readonly error?: string; readonly names: readonly string[] };
  show(markup: string): void;
}

const root = join(import.meta.dirname, '../..');

/** A page of Chromium that is asked by name. */
export class ChromiumPage {
  readonly #browser: Browser;
  readonly #page: Page;

  constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.#page = page;
  }

  ask<K extends keyof Answers>(
    question: K,
    ...words: Parameters<Answers[K]>
  ): Promise<ReturnType<Answers[K]>> {
    return this.#page.evaluate(`inPage.${question}(...${JSON.stringify(words)})`);
  }

  /** What a module prints by `return`, in a page of its own that has the files of the project and nothing of Node. */
  async run<T>(body: string): Promise<T> {
    const page = await this.#browser.newPage();
    await page.route('http://project.test/**', async (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: '<!doctype html>' });
      const text = readFileSync(join(root, pathname), 'utf8');
      const script = pathname.endsWith('.ts') ? stripTypeScriptTypes(text) : text;
      return route.fulfill({ contentType: 'text/javascript', body: script });
    });
    await page.goto('http://project.test/');
    await page.addScriptTag({ url: '/node_modules/elkjs/lib/elk.bundled.js' });
    return page.evaluate(`(async () => { ${body} })()`);
  }

  colorScheme(colorScheme: 'light' | 'dark'): Promise<void> {
    return this.#page.emulateMedia({ colorScheme });
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

/** An empty page, with Mermaid in it. */
export async function openPage(): Promise<ChromiumPage> {
  const browser = await launchChromium();
  const page = await browser.newPage();
  await page.setContent('<!doctype html><body style="margin: 0">');
  const { resolve } = createRequire(import.meta.url);
  for (const path of [resolve('mermaid/dist/mermaid.min.js'), join(import.meta.dirname, 'in-page.js')])
    await page.addScriptTag({ path });
  return new ChromiumPage(browser, page);
}
