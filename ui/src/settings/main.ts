import { mount } from 'svelte';
import { begin } from '../preferences.svelte';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/settings.css';
import SettingsWindow from './SettingsWindow.svelte';

void begin().then(() => mount(SettingsWindow, { target: document.body }));
