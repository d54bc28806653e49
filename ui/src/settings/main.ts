import { mount } from 'svelte';
import { speak } from '../i18n';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/settings.css';
import SettingsWindow from './SettingsWindow.svelte';

speak(document);
mount(SettingsWindow, { target: document.body });
