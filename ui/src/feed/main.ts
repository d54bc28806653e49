import { mount } from 'svelte';
import { speak } from '../i18n';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/feed.css';
import FeedWindow from './FeedWindow.svelte';

speak(document);
mount(FeedWindow, { target: document.body });
