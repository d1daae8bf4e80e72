using System.Collections.Concurrent;

namespace EdgeOrleans.Api.Tests;

/// <summary>What the process itself has of collections: nothing, unless a test says so.</summary>
public sealed class TestLocal : ILocalCollections
{
    public ConcurrentDictionary<string, TestLocalCollection> Collections { get; } = new();

    public ILocalCollection? Find(string collectionKey) => Collections.GetValueOrDefault(collectionKey);
}

/// <summary>A collection of one key.</summary>
public sealed class TestLocalCollection(string only, string value) : ILocalCollection
{
    public bool HasLeft { get; set; }

    /// <summary>What every write is refused with.</summary>
    public Refusal? Refusal { get; set; }

    public LocalRead Read(string key, out LocalEntry entry)
    {
        entry = new LocalEntry(System.Text.Encoding.UTF8.GetBytes(value), 1);
        return HasLeft ? LocalRead.AskGrain : key == only ? LocalRead.Found : LocalRead.Absent;
    }

    public Task<WriteResult[]?> Apply(WriteBatch batch) =>
        Task.FromResult(HasLeft ? null : Array.ConvertAll(batch.Operations, _ => Refusal is null ? new WriteResult(null, 1, true) : new WriteResult(Refusal, 0, false)));
}
