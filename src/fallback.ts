/**
 * Several targets for one call: when one is out, the next takes over.
 *
 * @module
 */

export {};
