/** Node of some versions knows the machine's languages; the tests speak English everywhere. */
Object.defineProperty(globalThis, 'navigator', { value: { languages: ['en'] }, configurable: true });
