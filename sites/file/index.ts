/**
 * Files that a site without a network signs and somebody carries: the messages of the push protocol, each with its signature, in
 * one JSON document. This folder knows its shape; `api/ingest` takes it from whoever uploads it.
 */
export { carriedOf, CARRIED, MOST_CARRIED, USAGE_FILE, type CarriedMessage } from './usageFile.js';
