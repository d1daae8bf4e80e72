using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.Simulation.Mutation;

/// <summary>A storage that does one thing wrong for the write-behind.</summary>
internal sealed class MutatedRows(IStateRows inner, Mutant mutant) : IStateRows
{
    public long Epoch => inner.Epoch;

    /// <summary>The storage for a mutant; the inner one when the mutant is made elsewhere.</summary>
    public static IStateRows Around(IStateRows inner, Mutant mutant) =>
        mutant is Mutant.TrimBeforeCheckpoint or Mutant.SlotNotClaimed ? new MutatedRows(inner, mutant) : inner;

    public Task<StateRow> Read(string collectionKey, string row, CancellationToken ct) => inner.Read(collectionKey, row, ct);

    public async Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct)
    {
        if (mutant == Mutant.SlotNotClaimed && row[0] == 'd')
        {
            // Whoever comes writes over what is there.
            etag = (await inner.Read(collectionKey, row, ct)).ETag;
        }

        return await inner.Write(collectionKey, row, payload, etag, ct);
    }

    public Task MakeDurable(CancellationToken ct) => mutant == Mutant.TrimBeforeCheckpoint ? Task.CompletedTask : inner.MakeDurable(ct);
}
