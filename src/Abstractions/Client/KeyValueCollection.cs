using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace EdgeOrleans;

/// <summary>
/// A collection whose values are of one type: a typed client over <see cref="ICollectionGrain"/>.
/// </summary>
/// <remarks>
/// A condition that is not met is an answer. Every other refusal is thrown as <see cref="RefusedException"/>, with its
/// <see cref="Refusal.Code"/>; after <see cref="RefusalCode.Timeout"/> the outcome of a write is unknown, and so it is
/// after every failure of Orleans itself, such as <see cref="OrleansMessageRejectionException"/>: Orleans may have sent the write twice.
/// Only <see cref="Apply"/> throws for no refusal, because in a batch each write has its own result.
/// </remarks>
public sealed class KeyValueCollection<T>(ICollectionGrain grain, JsonTypeInfo<T> typeInfo)
{
    /// <summary>The durable value of a key, or <see langword="null"/> when there is none.</summary>
    /// <exception cref="RefusedException">The key is not valid, or the collection cannot be loaded now.</exception>
    /// <exception cref="JsonException">The stored value is not one of this type.</exception>
    public async Task<KeyValue<T>?> Get(string key) => Read(await grain.Get(key));

    /// <summary>The same, and it is certain that nobody had written anything newer when the call was made; a cluster asks its storage.</summary>
    /// <exception cref="RefusedException">As for <see cref="Get"/>, or what is current cannot be known now.</exception>
    /// <exception cref="JsonException">The stored value is not one of this type.</exception>
    public async Task<KeyValue<T>?> GetStrong(string key) => Read(await grain.GetStrong(key));

    /// <summary>Creates or replaces a value; returns its version once it is durable.</summary>
    /// <exception cref="RefusedException">It was not made, or is not known to be.</exception>
    public async Task<long> Set(string key, T value) =>
        (await ApplyOne(KeyValueBatch<T>.SetOperation(key, value, typeInfo, default)))!.Version;

    /// <summary>Creates or replaces a value if a condition is met.</summary>
    /// <returns>Its version once it is durable; <see langword="null"/> when the condition is not met.</returns>
    /// <exception cref="RefusedException">It was not made, or is not known to be.</exception>
    public async Task<long?> SetIf(string key, T value, KeyCondition condition) =>
        (await ApplyOne(KeyValueBatch<T>.SetOperation(key, value, typeInfo, condition)))?.Version;

    /// <summary>Removes a key; returns whether it was there, once that is durable.</summary>
    /// <exception cref="RefusedException">It was not removed, or is not known to be.</exception>
    public async Task<bool> Delete(string key) =>
        (await ApplyOne(KeyValueBatch<T>.DeleteOperation(key, default)))!.Existed;

    /// <summary>Removes a key if a condition is met; returns whether it was removed, once that is durable.</summary>
    /// <exception cref="RefusedException">It was not removed, or is not known to be.</exception>
    public async Task<bool> DeleteIf(string key, KeyCondition condition) =>
        await ApplyOne(KeyValueBatch<T>.DeleteOperation(key, condition)) is { Existed: true };

    /// <summary>
    /// All keys that begin with a prefix, in ordinal order of their UTF-8 bytes, a page at a time.
    /// A key that is there from the first page to the last is listed exactly once, whatever else comes and goes.
    /// </summary>
    /// <param name="prefix">Only keys that begin with this; empty for all.</param>
    /// <param name="pageSize">Keys fetched with one call, 1 to <see cref="NameRules.MaxListLimit"/>.</param>
    /// <param name="cancellationToken">Ends the listing between two pages.</param>
    /// <exception cref="RefusedException">A parameter is not valid, or the collection cannot be loaded now.</exception>
    public async IAsyncEnumerable<string> List(
        string prefix = "", int pageSize = 1000, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var after = "";
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = await grain.List(new ListQuery { Limit = pageSize, Prefix = prefix, After = after });
            foreach (var key in page.Keys)
            {
                yield return key;
            }

            if (page.Keys.Length < pageSize)
            {
                yield break;
            }

            after = page.Keys[^1];
        }
    }

    /// <summary>An empty batch for this collection.</summary>
    /// <param name="isAtomic">See <see cref="KeyValueBatch{T}.IsAtomic"/>.</param>
    public KeyValueBatch<T> NewBatch(bool isAtomic = false) => new(typeInfo) { IsAtomic = isAtomic };

    /// <summary>Makes the writes of a batch; returns what became of each, in their order. Throws for no refusal.</summary>
    public Task<WriteResult[]> Apply(KeyValueBatch<T> batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return grain.Apply(batch.ToWriteBatch());
    }

    /// <summary>How much the collection holds.</summary>
    /// <exception cref="RefusedException">The collection cannot be loaded now.</exception>
    public Task<CollectionInfo> Info() => grain.Info().AsTask();

    private KeyValue<T>? Read(Entry? entry) =>
        entry is null ? null : new KeyValue<T>(JsonSerializer.Deserialize(entry.Value.Span, typeInfo), entry.Version);

    /// <returns>The result; <see langword="null"/> when the condition is not met.</returns>
    private async Task<WriteResult?> ApplyOne(Operation operation)
    {
        var result = (await grain.Apply(new WriteBatch { Operations = [operation] }))[0];
        return result.Refusal is null ? result
            : result.Refusal.Code == RefusalCode.PreconditionFailed ? null
            : throw new RefusedException(result.Refusal);
    }
}
