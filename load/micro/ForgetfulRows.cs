using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.Load.Micro;

/// <summary>A storage that takes everything and keeps nothing, so that only the encoding is measured.</summary>
internal sealed class ForgetfulRows : IStateRows
{
    private long _etags;

    public long Epoch => 0;

    public Task<StateRow> Read(string collectionKey, string row, CancellationToken ct) => Task.FromResult(StateRow.None);

    public Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct) =>
        Task.FromResult($"{++_etags}");

    public Task<IReadOnlyDictionary<string, long>> ListSaved(CancellationToken ct) =>
        Task.FromResult<IReadOnlyDictionary<string, long>>(new Dictionary<string, long>());

    public Task MakeDurable(CancellationToken ct) => Task.CompletedTask;
}
