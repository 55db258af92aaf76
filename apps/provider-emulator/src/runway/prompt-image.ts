import { isObject } from '../core/shape.ts';
import { inputProblem, type UploadLookup } from './inputs.ts';
import { issue, notOneOf, required, wrongType, type Issue } from './issues.ts';
import type { InputRules } from './models.ts';

/** One image for the first frame, or a list of images with their places. */
export function promptImageIssues(
  value: unknown,
  rules: InputRules,
  uploads: UploadLookup,
): readonly Issue[] {
  const { positions } = rules;
  if (positions === undefined) return [];
  if (value === undefined) return [required('promptImage')];
  if (typeof value === 'string') return uriIssues(value, ['promptImage'], uploads);
  if (!Array.isArray(value)) return [wrongType('string', value, 'promptImage')];
  const images: readonly unknown[] = value;
  return [
    ...frameSetIssues(images, positions),
    ...images.flatMap((image, index) => frameIssues(image, index, positions, uploads)),
  ];
}

/** Images that show what something looks like. */
export function referenceIssues(
  value: unknown,
  { references }: InputRules,
  uploads: UploadLookup,
): readonly Issue[] {
  if (value === undefined || references === undefined) return [];
  if (!Array.isArray(value)) return [wrongType('array', value, 'references')];
  const images: readonly unknown[] = value;
  if (images.length > references)
    return [issue('too_big', `Array must contain at most ${references} element(s)`, 'references')];
  return images.flatMap((image, index) =>
    isObject(image)
      ? uriIssues(image['uri'], ['references', index, 'uri'], uploads)
      : [wrongType('object', image, 'references', index)],
  );
}

/** A first frame, and where the model takes it a last one; each at most once, never a last one alone. */
function frameSetIssues(images: readonly unknown[], positions: readonly string[]): readonly Issue[] {
  if (images.length === 0)
    return [issue('too_small', 'Array must contain at least 1 element(s)', 'promptImage')];
  if (images.length > positions.length) {
    return [issue('too_big', `Array must contain at most ${positions.length} element(s)`, 'promptImage')];
  }
  const taken = images.map((image) => (isObject(image) ? image['position'] : undefined));
  if (!taken.includes('first'))
    return [issue('custom', 'An image with position "first" is required', 'promptImage')];
  const isRepeated = new Set(taken).size < taken.length;
  return isRepeated ? [issue('custom', 'Each position can be used only once', 'promptImage')] : [];
}

function frameIssues(
  image: unknown,
  index: number,
  positions: readonly string[],
  uploads: UploadLookup,
): readonly Issue[] {
  if (!isObject(image)) return [wrongType('object', image, 'promptImage', index)];
  const position = image['position'];
  return [
    ...(typeof position === 'string' && positions.includes(position)
      ? []
      : [notOneOf(positions, position, 'promptImage', index, 'position')]),
    ...uriIssues(image['uri'], ['promptImage', index, 'uri'], uploads),
  ];
}

function uriIssues(
  uri: unknown,
  path: readonly (string | number)[],
  uploads: UploadLookup,
): readonly Issue[] {
  if (uri === undefined) return [required(...path)];
  if (typeof uri !== 'string') return [wrongType('string', uri, ...path)];
  const problem = inputProblem(uri, uploads);
  return problem === undefined ? [] : [issue('custom', problem, ...path)];
}
