import { mount } from 'svelte';
import { begin } from '../preferences.svelte';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/feed.css';
import FeedWindow from './FeedWindow.svelte';

void begin().then(() => mount(FeedWindow, { target: document.body }));
