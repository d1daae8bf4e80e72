using Orleans.Serialization.Cloning;

namespace EdgeOrleans.Silo.Native;

/// <summary>
/// Copies what callers put into a request's context, in the place of Orleans' own copier: that one looks up a constructor by reflection,
/// for which every constructor of every dictionary was kept.
/// </summary>
internal sealed class PlainDictionaryCopier<TKey, TValue>(IDeepCopier<TKey> keys, IDeepCopier<TValue> values) : IDeepCopier<Dictionary<TKey, TValue>>
    where TKey : notnull
{
    /// <inheritdoc/>
    public Dictionary<TKey, TValue>? DeepCopy(Dictionary<TKey, TValue>? input, CopyContext context)
    {
        if (context.TryGetCopy<Dictionary<TKey, TValue>>(input, out var copy))
        {
            return copy;
        }

        if (input!.GetType() != typeof(Dictionary<TKey, TValue>))
        {
            return context.DeepCopy(input);
        }

        copy = new Dictionary<TKey, TValue>(input.Count, input.Comparer);
        context.RecordCopy(input, copy);
        foreach (var (key, value) in input)
        {
            copy[keys.DeepCopy(key, context)!] = values.DeepCopy(value, context)!;
        }

        return copy;
    }
}
