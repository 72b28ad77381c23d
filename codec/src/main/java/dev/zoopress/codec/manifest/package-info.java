/**
 * Manifests: what a model revision is made of, and where its bytes lie.
 *
 * <p>A manifest is JSON in one Zstandard frame; its id is the SHA-256 of that object. The JSON is
 * canonical: keys in the order below, files sorted by path (UTF-16 order), no white space, so that
 * equal content gives equal objects.
 *
 * <pre>
 * Manifest --&gt; {"format":"zoopress-manifest","version":1,"packs":[PackId*],"bases":[Base*],"files":[File*]}
 * File     --&gt; {"path":text,"size":int,"sha256":hex64,"gitSha1":hex40 or "","lfs":bool,"link":text,"container":text,
 *               "segments":[Segment*]}
 * Segment  --&gt; {"name":text,"dtype":text,"shape":[int*],"length":int,"chunks":[Chunk*]}
 * Chunk    --&gt; [hex64 id, length, index into packs, frame offset, frame stored length, frame raw length, offset in frame,
 *               (index into bases, position) where the frame stands on a base]
 * Base     --&gt; {"from":dtype,"rows":int,"columns":int,"rule":Rule,"to":dtype,"scales":[] or Scales,"chunks":[Chunk*]}
 * Scales   --&gt; [Chunk, offset in the chunk, count, stride, zero]
 * </pre>
 *
 * Bases are listed in the order in which chunks first name them, each behind those that its own
 * chunks stand on; packs in the order in which the text behind them first names them.
 */
package dev.zoopress.codec.manifest;
