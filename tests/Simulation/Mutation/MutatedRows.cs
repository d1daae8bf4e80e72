using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.Simulation.Mutation;

/// <summary>A storage that does one thing wrong for the write-behind.</summary>
internal sealed class MutatedRows(IStateRows inner, Mutant mutant) : IStateRows
{
    private readonly List<(string Row, byte[] Payload, string? ETag)> _chunks = [];

    public long Epoch => inner.Epoch;

    /// <summary>The storage for a mutant; the inner one when the mutant is made elsewhere.</summary>
    public static IStateRows Around(IStateRows inner, Mutant mutant) =>
        mutant is Mutant.TrimBeforeCheckpoint or Mutant.SecondaryNotCompared or Mutant.SlotNotClaimed or Mutant.HeadBeforeChunks ? new MutatedRows(inner, mutant) : inner;

    public Task<StateRow> Read(string collectionKey, string row, CancellationToken ct) => inner.Read(collectionKey, row, ct);

    public async Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct)
    {
        if (mutant == Mutant.SlotNotClaimed && row[0] == 'd')
        {
            // Whoever comes writes over what is there.
            etag = (await inner.Read(collectionKey, row, ct)).ETag;
        }

        if (mutant == Mutant.HeadBeforeChunks && row[0] == 's')
        {
            // Kept back until the head is written.
            _chunks.Add((row, payload.ToArray(), etag));
            return "kept back";
        }

        var written = await inner.Write(collectionKey, row, payload, etag, ct);
        if (row == RowName.Head)
        {
            foreach (var chunk in _chunks)
            {
                await inner.Write(collectionKey, chunk.Row, chunk.Payload, chunk.ETag, ct);
            }

            _chunks.Clear();
        }

        return written;
    }

    public Task<IReadOnlyDictionary<string, long>> ListSaved(CancellationToken ct) => mutant == Mutant.SecondaryNotCompared
        ? Task.FromResult<IReadOnlyDictionary<string, long>>(new Dictionary<string, long>())
        : inner.ListSaved(ct);

    public Task MakeDurable(CancellationToken ct) => mutant == Mutant.TrimBeforeCheckpoint ? Task.CompletedTask : inner.MakeDurable(ct);
}
