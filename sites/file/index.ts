/**
 * Files that a site without a network signs and somebody carries: the messages of the push protocol, each with its signature, in
 * one JSON document; and the request of a machine that is activated without one, with its answer. This folder knows its shape; `api/ingest` takes it from whoever uploads it.
 */
export {
  ACTIVATION_REQUEST,
  ANSWER_DAYS,
  REQUEST_DAYS,
  signActivationAnswer,
  type ActivationAnswer,
  type ActivationRequest,
} from './activationFile.js';
export { carriedOf, CARRIED, MOST_CARRIED, USAGE_FILE, type CarriedMessage } from './usageFile.js';
