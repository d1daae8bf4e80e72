using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace EdgeOrleans.Silo.Tests.Native;

/// <summary>The methods of an assembly, written as substitutions write them.</summary>
internal sealed class MethodNames(string path) : IDisposable
{
    private readonly PEReader _file = new(File.OpenRead(path));

    /// <summary>The signatures of a type's methods; none when there is no such type.</summary>
    /// <param name="type">With namespace; nested types after a <c>/</c>.</param>
    public IReadOnlyCollection<string> Of(string type)
    {
        var reader = _file.GetMetadataReader();
        var names = new TypeNames();
        return
        [
            .. reader.TypeDefinitions
                .Where(handle => names.GetTypeFromDefinition(reader, handle, 0) == type)
                .SelectMany(handle => reader.GetTypeDefinition(handle).GetMethods())
                .Select(reader.GetMethodDefinition)
                .Select(method => SignatureOf(reader, method, names)),
        ];
    }

    public void Dispose() => _file.Dispose();

    private static string SignatureOf(MetadataReader reader, MethodDefinition method, TypeNames names)
    {
        var signature = method.DecodeSignature(names, genericContext: null);
        var arity = signature.GenericParameterCount > 0 ? $"`{signature.GenericParameterCount}" : "";
        return $"{signature.ReturnType} {reader.GetString(method.Name)}{arity}({string.Join(',', signature.ParameterTypes)})";
    }
}
