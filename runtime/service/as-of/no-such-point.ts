import { StartError } from '../start-error.js';

/** The point is none that this service has a state for: in the future, beyond the log, or before its first event. */
export class NoSuchPoint extends StartError {}
