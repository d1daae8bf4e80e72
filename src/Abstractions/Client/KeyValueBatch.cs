using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace EdgeOrleans;

/// <summary>Writes to one collection that are made with one call and one flush, in the order in which they were added.</summary>
/// <param name="typeInfo">How values are written as JSON.</param>
public sealed class KeyValueBatch<T>(JsonTypeInfo<T> typeInfo)
{
    private readonly List<Operation> _operations = [];

    /// <summary>One refused write refuses them all and nothing changes, also across a power cut. Else each stands on its own.</summary>
    public bool IsAtomic { get; init; }

    /// <summary>How many writes were added; at most <see cref="NameRules.MaxBatchOperations"/> are taken.</summary>
    public int Count => _operations.Count;

    /// <summary>Adds a write of a value.</summary>
    public KeyValueBatch<T> Set(string key, T value, KeyCondition condition = default)
    {
        _operations.Add(SetOperation(key, value, typeInfo, condition));
        return this;
    }

    /// <summary>Adds the removal of a key.</summary>
    public KeyValueBatch<T> Delete(string key, KeyCondition condition = default)
    {
        _operations.Add(DeleteOperation(key, condition));
        return this;
    }

    internal static Operation SetOperation(string key, T value, JsonTypeInfo<T> typeInfo, KeyCondition condition) => new()
    {
        Kind = OperationKind.Set,
        Key = key,
        Value = JsonSerializer.SerializeToUtf8Bytes(value, typeInfo),
        Precondition = condition.Kind,
        ExpectedVersion = condition.ExpectedVersion,
    };

    internal static Operation DeleteOperation(string key, KeyCondition condition) => new()
    {
        Kind = OperationKind.Delete,
        Key = key,
        Precondition = condition.Kind,
        ExpectedVersion = condition.ExpectedVersion,
    };

    internal WriteBatch ToWriteBatch() => new() { Operations = [.. _operations], Atomic = IsAtomic };
}
