using EdgeOrleans.Grains.WriteBehind;
using Orleans.Serialization.Activators;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace EdgeOrleans.Silo.Database;

/// <summary>Hands a row's bytes to the provider and back: no JSON of Orleans' own, no type names, no reflection.</summary>
internal sealed class PassThroughSerializer : IGrainStorageSerializer, IActivatorProvider
{
    /// <inheritdoc/>
    public BinaryData Serialize<T>(T? input) => new(Row(input).Payload);

    /// <inheritdoc/>
    public T Deserialize<T>(BinaryData input) => (T)(object)new RowState { Payload = input.ToMemory() };

    /// <inheritdoc/>
    public IActivator<T> GetActivator<T>() => (IActivator<T>)(object)new EmptyRow();

    private static RowState Row(object? state) =>
        state as RowState ?? throw new NotSupportedException($"Only rows are stored here, not {state?.GetType()}.");

    private sealed class EmptyRow : IActivator<RowState>
    {
        public RowState Create() => new();
    }
}
