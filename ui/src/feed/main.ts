import { mount } from 'svelte';
import { begin } from '../preferences.svelte';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/feed.css';
import FeedWindow from './FeedWindow.svelte';
import { Feed } from './feed.svelte';

/** So long the window waits for its first mail, in ms: it is drawn once then, not empty before. */
const TOGETHER = 150;

const feed = new Feed();
const first = Promise.race([feed.start(), new Promise((over) => setTimeout(over, TOGETHER))]);
void Promise.all([begin(), first]).then(() => mount(FeedWindow, { target: document.body, props: { feed } }));
