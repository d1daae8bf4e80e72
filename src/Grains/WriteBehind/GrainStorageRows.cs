using Orleans.Storage;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>
/// Rows in an Orleans grain storage, whichever: the row's name is the state's name, the collection is the grain.
/// </summary>
/// <remarks>The storage must keep payloads as bytes.</remarks>
public sealed class GrainStorageRows(IGrainStorage storage)
{
    private static readonly GrainType Collection = GrainType.Create("collection");

    /// <inheritdoc cref="IStateRows.Read"/>
    public async Task<StateRow> Read(string collectionKey, string row, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var state = new GrainState<RowState>(new RowState());
        await storage.ReadStateAsync(row, GrainOf(collectionKey), state);
        return new StateRow(state.State?.Payload ?? default, state.ETag);
    }

    /// <inheritdoc cref="IStateRows.Write"/>
    public async Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var state = new GrainState<RowState>(new RowState { Payload = payload }, etag) { RecordExists = etag is not null };
        try
        {
            await storage.WriteStateAsync(row, GrainOf(collectionKey), state);
        }
        catch (InconsistentStateException e)
        {
            throw new RowConflictException($"Row '{row}' of collection '{collectionKey}' is not under the ETag {etag ?? "(none)"}.", e);
        }

        return state.ETag ?? throw new InvalidOperationException("The storage gave a written row no ETag.");
    }

    /// <summary>
    /// The grain that a collection's rows belong to. The ADO.NET provider takes what stands before a <c>+</c> for a number or a GUID
    /// when it looks like one, so <c>0a+q/c</c> and <c>A+q/c</c> would meet in one row: a key must hold no <c>+</c>.
    /// </summary>
    internal static GrainId GrainOf(string collectionKey) =>
        GrainId.Create(Collection, collectionKey.Replace("%", "%25", StringComparison.Ordinal).Replace("+", "%2B", StringComparison.Ordinal));

    /// <summary>The collection whose rows are stored under a key.</summary>
    public static string CollectionOf(string storedKey) =>
        storedKey.Replace("%2B", "+", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);

    /// <summary>The key that a collection's rows are stored under.</summary>
    public static string StoredKeyOf(string collectionKey) => GrainOf(collectionKey).Key.ToString()!;
}
