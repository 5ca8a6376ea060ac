/** The vendor's name for a line of models: `glm-5.3-flash` → `glm`; `vendor/model-1` → `model`. */
export function modelFamily(model: string): string {
  const name = model.slice(model.lastIndexOf('/') + 1);
  return /^[a-z]*/i.exec(name)?.[0].toLowerCase() ?? name;
}
