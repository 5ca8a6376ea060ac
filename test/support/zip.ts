// Reads what a ZIP archive lists, no more than tests of the .vsix need.

export interface ZipEntry {
  readonly name: string;
  /** Unix permission bits. */
  readonly mode: number;
  readonly size: number;
}

const directoryEnd = 0x06054b50;
const directoryEntry = 0x02014b50;

/** The entries of the central directory, in its order. */
export function zipEntries(archive: Buffer): readonly ZipEntry[] {
  let end = archive.length - 22;
  while (end >= 0 && archive.readUInt32LE(end) !== directoryEnd) end -= 1;
  if (end < 0) throw new Error('this is no ZIP archive');
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  return Array.from({ length: count }, () => {
    if (archive.readUInt32LE(at) !== directoryEntry) throw new Error('the directory is broken');
    const nameLength = archive.readUInt16LE(at + 28);
    const restLength = archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
    const entry = {
      name: archive.toString('utf8', at + 46, at + 46 + nameLength),
      mode: (archive.readUInt32LE(at + 38) >>> 16) & 0o777,
      size: archive.readUInt32LE(at + 24),
    };
    at += 46 + nameLength + restLength;
    return entry;
  });
}
