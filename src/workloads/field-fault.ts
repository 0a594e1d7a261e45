/** A field of a manifest that the API server does not know, so that it drops it or refuses the object, or whose value it refuses. */

export interface FieldFault {
  /** Its path, such as `spec.containers[0].image`. */
  readonly field: string;
  /** What the value has to be. Undefined for a field that is not known. */
  readonly expected?: string | undefined;
  /** The version of Kubernetes that does not know the field. */
  readonly schema?: string | undefined;
  /** The field that was probably meant, with its path. */
  readonly meant?: string | undefined;
  /** What to write in place of the value. */
  readonly write?: string | undefined;
}

/** The sentence. `object` is its name. */
export function describeFault({ field, expected, schema, meant, write }: FieldFault, object: string): string {
  if (expected === undefined)
    return `Kubernetes ${schema} does not know ${field} of ${object}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
  return `the API server refuses ${object}: ${field} is not a ${expected}${write === undefined ? '' : `; write ${write}`}`;
}
