/** What is filled in before a manifest is applied: nothing is known of it, so nothing is wrong with it. */

/**
 * Variables of envsubst and Flux (`${X}`), of Kustomize (`$(X)`), values that SOPS has encrypted, references of vals and of
 * the Argo CD Vault plugin, and `<what stands in documentation>`.
 */
const PLACEHOLDER = /\$\{|\$\(|^\$[A-Z_]+$|^ENC\[|^ref\+|^<[^>]*>$/;

export function isPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text) || isTemplate(text);
}

/** An action of Go's text/template, as in charts of Helm. */
export function isTemplate(text: string): boolean {
  return text.includes('{{');
}
