using System.Text;

namespace EdgeOrleans;

/// <summary>What a namespace, a collection and a key may be called, and the fixed limits of the wire.</summary>
public static class NameRules
{
    /// <summary>The namespace that an empty one stands for.</summary>
    public const string DefaultNamespace = "default";

    /// <summary>The longest namespace or collection, in bytes of UTF-8.</summary>
    public const int MaxNameBytes = 128;

    /// <summary>The longest key, in bytes of UTF-8.</summary>
    public const int MaxKeyBytes = 512;

    /// <summary>The most operations in a batch.</summary>
    public const int MaxBatchOperations = 1000;

    /// <summary>The most keys on a page.</summary>
    public const int MaxListLimit = 10_000;

    /// <summary>The deepest nesting of a value.</summary>
    public const int MaxValueDepth = 64;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What is wrong with the name of a namespace, as the end of a sentence; <see langword="null"/> when nothing is.</summary>
    public static string? NamespaceFault(string name) => NameFault("namespace", name);

    /// <summary>What is wrong with the name of a collection, as a sentence; <see langword="null"/> when nothing is.</summary>
    public static string? CollectionFault(string name) => NameFault("collection", name);

    /// <summary>What is wrong with a key, as a sentence; <see langword="null"/> when nothing is.</summary>
    public static string? KeyFault(string key) => Fault("key", key, MaxKeyBytes);

    private static string? NameFault(string what, string name)
    {
        if (Fault(what, name, MaxNameBytes) is { } fault)
        {
            return fault;
        }

        if (name.Contains('/'))
        {
            return $"{what} must not contain '/'";
        }

        return name is "." or ".." ? $"{what} must not be '.' or '..'" : null;
    }

    private static string? Fault(string what, string name, int maxBytes)
    {
        if (name.Length == 0)
        {
            return $"{what} must not be empty";
        }

        foreach (var c in name)
        {
            if (char.IsControl(c))
            {
                return $"{what} must not contain control characters";
            }
        }

        // A UTF-16 unit is one to three bytes of UTF-8, so most names need no count.
        if (name.Length > maxBytes)
        {
            return $"{what} must be at most {maxBytes} bytes of UTF-8";
        }

        try
        {
            return Strict.GetByteCount(name) > maxBytes ? $"{what} must be at most {maxBytes} bytes of UTF-8" : null;
        }
        catch (EncoderFallbackException)
        {
            return $"{what} must not contain an unpaired surrogate";
        }
    }
}
