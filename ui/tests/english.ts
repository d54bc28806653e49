/** Node of some versions knows the machine's languages; the tests speak English everywhere. */
import { speak } from '../src/i18n.svelte';

Object.defineProperty(globalThis, 'navigator', { value: { languages: ['en'] }, configurable: true });
await speak('en');
